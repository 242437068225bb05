"""PDFium, run as a process of its own: a PDF's bytes come in, the pieces printed on each page or its picture go out.

It is a program and the messages that it exchanges. It imports PDFium and msgspec alone, and nothing else of ours, so
that it starts soon and has little to lose: what a crafted PDF does to PDFium, it does to this process, under the limits
that it sets itself.

PDFium's own text of a Thai page is not what was printed, for four reasons, and each has its cure here:

* It sorts what stands on a line from left to right. A vowel or a tone is drawn left of where the next consonant begins,
  so clusters are torn apart and come twice. While its text is taken, the page is held so far away that PDFium, which
  measures in single precision, sees all of it in one place: there is nothing to sort, and the order printed stays.
* It leaves out what draws no ink, so that a blank printed by itself is lost. Blanks are found among the page's objects
  and put back where they stood.
* It guesses blanks from gaps, and takes the mark that ends a cluster for as wide as it is drawn: hence one after ำ. A
  guessed blank stays where a blank was printed; where there is a gap, what follows is a piece of its own; else it goes.
* It takes a hyphen at the end of a line for a word broken in two and joins the lines. They are parted again.

Chromium draws a page in the order of its text, and every blank. Other writers may draw what is of one font first, or
leave a gap for a blank: of theirs it is asked where every letter stands, and what stands on a line is put in order.
"""
