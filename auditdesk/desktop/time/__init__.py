"""Time travel in the window: one timeline, and everything that shows or moves its moment.

Read in this order:

- `timeline` is the one place that knows which moment is looked at. All others follow it and ask it to move.
- `time_bar` puts `time_slider` and `moment_field` together with the buttons; `moment_text` reads what was
  typed.
- `playback` walks the timeline by itself; `time_keys` are its keys.
- `balance_chart` holds `chart_plot` (which imports pyqtgraph, so it waits for the first chart) over
  `density`, the strip of busy times; both draw what `chart_data` computes without any widget.

The slider moves in versions, not in pixels or days: a step is an event. A moment is resolved by
`services.history`; nothing here reads a state.
"""
