"""Parts that every page is made of.

- `widgets`: labels, buttons, cards, banners. `fields`: inputs with label and problem. `text_table`: a short
  table.
- `form_dialog`: a dialog that takes inputs and gives a result. `drafts` keeps what was typed and not
  posted.
- `command_form`: the form of any command, made from the command; `command_hooks`: what is special about a
  few.
- `lists`: the lists of accounts and customers. `paged_model`: a table over any number of rows.
- `tasks`: work off the GUI thread, one after the other, results back on it. `progress`: its bar, with
  Cancel.
- `context`: what the pages of a signed-in window share. `settings`: what the window remembers.
- `rights`: the commands on an account or a customer, which are disabled, and why.
- `save_field`: where a file is to go; none that is taken. `account_field`: an account, said back with its
  owner while one types.
- `subject`: whom and what a form is about, at its head.
- `drawer`: a panel that becomes a drawer where there is no room beside.
- `help_dialog` and `markdown_view`: the help and the documents.

It knows no page. It must never import `time`, `bank`, `account`, `customer` or `shell`.
"""
