# SPDX-License-Identifier: GPL-2.0-or-later
"""What a window shows, read as a screen reader does (AT-SPI). A program of its own, because pyatspi takes the bus from
the environment at import: `widgets.py TITLE` prints the texts of the windows with this title, a line each, with the
role in front; `widgets.py TITLE BUTTON` presses a button in them."""

import sys


def texts(node, depth=0):
    """Role and text of a widget and of all in it; widgets may vanish meanwhile."""
    if node is None or depth > 30:
        return
    try:
        role, name = node.getRoleName(), node.name or ''
        try:
            name = name or node.queryText().getText(0, -1)
        except NotImplementedError:
            pass
        yield role, name.replace('\n', ' | ')
        for index in range(node.childCount):
            yield from texts(node.getChildAtIndex(index), depth + 1)
    except Exception:  # noqa: B902 - whatever the bus says about a widget that has gone
        return


def press(node, label, depth=0):
    """Presses the button with this label; False if there is none."""
    if node is None or depth > 30:
        return False
    if node.getRoleName() == 'push button' and node.name == label:
        return node.queryAction().doAction(0)
    return any(press(node.getChildAtIndex(index), label, depth + 1) for index in range(node.childCount))


def main(title, button=None):
    import pyatspi
    desktop = pyatspi.Registry.getDesktop(0)
    for application in desktop:
        for index in range(application.childCount if application else 0):
            window = application.getChildAtIndex(index)
            if window is None or title not in (window.name or ''):
                continue
            if button is None:
                for role, text in texts(window):
                    print('%s: %s' % (role, text))
            elif press(window, button):
                print('pressed')
                return


if __name__ == '__main__':
    main(*sys.argv[1:])
