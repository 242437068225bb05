"""Batches into the star schema, in one transaction: stage by COPY, merge what differs, account, commit.

In come addresses of batches; out come the counts of the load. A crash anywhere leaves the warehouse as it was, and the
same batches loaded again leave it as it is. `merge` is the load; `steps` says what it computes and in which order,
`transform` computes it.
"""
