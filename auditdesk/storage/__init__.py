"""Database files: opening, guarding, and explaining their faults.

`sqlite_file` is what the ledger's SQLite backend and the vault have in common: the driver, the settings that
lose nothing, a look at a file's header that leaves a foreign file untouched, the driver's errors as typed
faults in words, and the comparison of a file's schema with the one its format number promises.
"""
