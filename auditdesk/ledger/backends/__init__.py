"""The databases a ledger can be kept in: `base` is what each must supply, `sqlite` is the one there is."""
