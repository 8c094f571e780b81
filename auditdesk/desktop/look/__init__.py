"""Theme, icons and number formats: how the window looks and how values are written.

- `tokens`: every colour, once for light and once for dark. `theme` makes palette and style sheet of them.
- `icons`: line icons in the theme's colours. `assets`: files that are shipped with the program.
- `formats`: money, days, instants and names of events in the person's locale, and amounts as they type
  them.
- `protocols`: what widgets ask of the formats, so that tests can bring their own.

It imports nothing of the window. Contrast of text on its ground is at least 4.5 : 1, which a test computes.
"""
