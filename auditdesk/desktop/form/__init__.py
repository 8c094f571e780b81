"""Forms: dialogs that take inputs and give a result.

- `form_dialog`: what all of them share: fields, problems beside them, a draft kept until it is posted.
- `command_form`: the form of any command, made from the command; `command_hooks`: what is special about a
  few.
- `rights`: the commands on an account or a customer, which are disabled, and why.
- `subject`: whom and what a form is about, at its head. `account_field`: an account, said back with its
  owner while one types. `save_field`: where a file is to go; none that is taken.

It knows no page. It must never import `time`, `bank`, `account`, `customer` or `shell`.
"""
