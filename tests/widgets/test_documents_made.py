from docs import make_configuration, make_keys, make_notebook


def test_keys_are_up_to_date() -> None:
    make_keys.main(["--check"])


def test_the_page_of_notebooks_is_up_to_date() -> None:
    make_notebook.main(["--check"])


def test_configuration_is_up_to_date() -> None:
    make_configuration.main(["--check"])
