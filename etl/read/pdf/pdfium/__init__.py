"""The program that runs PDFium in a process of its own: in comes a PDF, out come the pieces of text on its pages.

On request, pictures of pages go out instead. The folder holds the program and the messages that it exchanges. It
imports only PDFium and msgspec, so that it starts fast. A PDF that is made to attack PDFium reaches only this process,
which sets its own limits of memory and time.

The text that PDFium itself gives for a Thai page is not what was printed, for four reasons. Each is put right here:

* It sorts the characters of a line from left to right. A vowel or tone mark is drawn to the left of the next consonant,
  so clusters are torn apart and repeated. While its text is taken, the page is therefore moved so far away that PDFium,
  which measures in single precision, sees all of it in one place: nothing is sorted, and the printed order stays.
* It leaves out what draws no ink, and so each blank that was printed by itself. Blanks are found among the page's
  objects, and put back where they stood.
* It guesses blanks from gaps, and takes the last mark of a cluster to be as wide as its ink: that gives a blank after
  ำ. A guessed blank stays where a blank was printed. Where there is a gap, a new piece begins. Elsewhere it is removed.
* It takes a hyphen at the end of a line for a broken word, and joins the two lines. They are separated again.

Chromium draws a page in the order of its text, and draws every blank. Other programs may draw font by font, or leave a
gap for a blank. For their PDFs the place of every letter is asked for, and the pieces of a line are put in order.
"""
