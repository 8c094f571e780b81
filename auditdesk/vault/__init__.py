"""The vault: customers' keys, operators' credentials, signing keys. The only place that uses ciphers."""
