"""Copies a source's files into the landing area, unchanged and named by the hash of their bytes.

In comes an address: a folder, `file://`, `http(s)://`, `index+http(s)://`, `s3://` or `sftp://`, a module each in
`schemes`. Out come landed documents with the addresses where they were found. A source lists its files first; fetched
is what is new or another version than before, several files at once. An archive becomes one document for each member;
its own bytes are kept as well. A file that cannot be fetched is reported, and the others go on; a folder that cannot be
listed ends the pull, because its content is unknown. A login in the address is used for the connection only: neither
documents nor errors contain it.
"""
