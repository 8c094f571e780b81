"""The window as a whole: where it starts, who is signed in, which page is shown.

Read in this order:

- `app` starts it, or says which system library is missing (`missing_libraries`, which imports no Qt).
- `main_window`: welcome, sign-in, pages, lock. It owns the task runner and the open workspace.
- `welcome_page`, `restore_dialog`, `sign_in_page`: before anybody has signed in.
- `workspace_page`: the header, the navigation and the pages of a signed-in operator. `search` reads its
  search field.
- `background_checks`: verifies what is new and signs checkpoints while somebody is signed in.
- `help_menu`, `shortcuts_help`, `about_dialog`: keys, documents, versions and the log.
- `ending`: signals and a log-out close the window as a person would.
- `bug_hook`: hears of what no task caught.

This is the top of the window: nothing else of `desktop` imports it.
"""
