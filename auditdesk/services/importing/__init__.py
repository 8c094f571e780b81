"""A bank's history brought in: kept as fact, in one transaction or not at all.

Read in this order:

- `run`: the import of a folder, from its three files to the event that says what became of it.
- `csv_file`: records with their place in the file, so that a row can be read again or rejected as it stood.
- `csv_records`: where a record begins and ends, in time that grows with the file and no faster.
- `plan`: the two passes over a file: the first finds the booking order, the second books in it.
- `rows`: from the cells of a row to values, or to the reason why not.
- `customers`, `accounts`, `entries`: what a row of each file becomes.
- `summary`: what was read, booked, rejected and there already.

Imported history is not decided again: it is recorded as given and marked as imported. The same files twice
add nothing. Rejected rows go to the rejects file and never into the log.
"""
