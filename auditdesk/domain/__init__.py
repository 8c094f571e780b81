"""What a bank is. Pure: no SQL, no Qt, no clock, no randomness, no I/O."""
