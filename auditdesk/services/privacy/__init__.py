"""Forgetting a customer, and the statement that it was done.

- `forgetting`: the preview, and three steps, each of which can be repeated: request in the log, key
  destroyed in the vault, done in the log. What a crash left half done is finished at the next sign-in.
- `erasures`: which erasures the log itself proves: nothing else lets a key be destroyed.
- `certificate`: the signed certificate, and its check without the ledger.

From the request on nothing is added for the customer. The log is never touched: what was sealed stays, and
opens no more. The order of the steps matters: a key is never destroyed before the log says that it will be.
"""
