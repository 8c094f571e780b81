"""Parts that every page is made of.

- `widgets`: labels, buttons, cards, banners. `fields`: inputs with label and problem. `text_table`: a short
  table.
- `lists`: the lists of accounts and customers. `paged_model`: a table over any number of rows.
- `tasks`: work off the GUI thread, one after the other, results back on it. `progress`: its bar, with
  Cancel.
- `context`: what the pages of a signed-in window share. `settings`: what the window remembers. `drafts`:
  what was typed into a form and not posted.
- `drawer`: a panel that becomes a drawer where there is no room beside.
- `help_dialog` and `markdown_view`: the help and the documents.

It knows no page. It must never import `form`, `time`, `bank`, `account`, `customer` or `shell`.
"""
