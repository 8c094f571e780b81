"""Pages about the whole bank: its log, its reports, its integrity, its operators.

- `event_log_page`: every event by position. `event_words` says what an event is in one line.
- `reports_page`: what can be taken away and brought in. `export_dialog` asks for one report.
- `integrity_page`: verification and its findings. `checkpoint_card` on it: the newest checkpoint, anchors.
- `operators_page`: who signs in, one's own passphrase, the published keys; its forms are in
  `operator_dialogs`.
- `create_dialog`: a new bank, asked for on the welcome.

Each page asks one service (`services.history`, `reports`, `verification`, `upkeep`) through the task
runner. A page that an operator may not use says why instead of being empty.
"""
