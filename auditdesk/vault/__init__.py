"""Keys, operators, sealing, shredding: the only place that imports cryptography."""
