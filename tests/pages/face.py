"""What every page has to be, asked of it in chromium: fit for axe, for fingers, for a narrow screen, and Chinese.

Each checker gives a sentence for each fault, so that a seeded fault can prove that it would be found.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Page

from tests.pages.chinese import problems_of_page

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FINGER = 44  # CSS pixels, high and wide (WCAG 2.5.5, Apple's and our own measure)
NARROW = 320  # CSS pixels: a page at 400 % on a desk (WCAG 1.4.10)

# What is written in Latin letters whoever reads it: the link to hand over, and the account that it opens.
ADDRESSES = re.compile(r'value="http://[^"]+"|（账号 \w+）')

# A control is what a finger is meant to hit. Left out, and nothing else:
# - what is not shown at all, or lies above the page until the keyboard brings it in (the link past the menu);
# - a link that runs along in a sentence: inline, with other words beside it in the same parent (WCAG 2.5.8, "inline");
# - what is behind an open modal dialog, which nobody can hit.
# A tick or radio button counts as large as the label that holds it: the label is hit just as well.
SMALL = """finger => {
  const controls = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [role=option], .step';
  const top = document.querySelector('dialog:modal') ?? document.body;
  const isWord = node => node.nodeType === 3 && /[^\\s·、，。：；（）/|]/.test(node.data);
  const isInline = e => e.matches('a') && getComputedStyle(e).display === 'inline';
  const runsAlong = e => isInline(e) && [...e.parentElement.childNodes].some(isWord);
  return [...top.querySelectorAll(controls)].flatMap(e => {
    if (!e.checkVisibility({visibilityProperty: true, opacityProperty: true}) || runsAlong(e)) return [];
    const box = (e.matches('[type=checkbox], [type=radio]') && e.closest('label') || e).getBoundingClientRect();
    if (!box.width || box.bottom + scrollY <= 0) return [];
    if (box.width > finger - .5 && box.height > finger - .5) return [];
    return [`${Math.round(box.width)}×${Math.round(box.height)} ${e.outerHTML.slice(0, 110)}`];
  });
}"""

# Nothing makes the page wider than the screen, sticks out of it, or is cut off at its edge. What scrolls by itself (a
# matrix of rights) may be wider inside; text that ends in an ellipsis is cut on purpose.
WIDER = """() => {
  const wide = document.documentElement.scrollWidth;
  const found = wide > innerWidth ? [`the page is ${wide} wide`] : [];
  for (const e of document.body.querySelectorAll('*')) {
    const box = e.getBoundingClientRect(), style = getComputedStyle(e), said = e.outerHTML.slice(0, 110);
    if (!e.checkVisibility({visibilityProperty: true}) || !box.width || box.bottom + scrollY <= 0) continue;
    if (e.closest('.visually-hidden') || style.clipPath !== 'none' || e.parentElement.closest('.scroll')) continue;
    const [from, to] = [Math.round(box.left), Math.round(box.right)];
    if (from < 0 || to > innerWidth) found.push(`${from}–${to} ${said}`);
    const cuts = ['hidden', 'clip'].includes(style.overflowX) && style.textOverflow !== 'ellipsis';
    if (cuts && e.tagName !== 'INPUT' && e.scrollWidth > e.clientWidth + 1) found.push(`cut off: ${said}`);
  }
  return found;
}"""


def run_axe(page: Page, part: str = "html") -> dict[str, Any]:
    """axe's answer about a part of the page; its script comes past the content policy, which stays on."""
    page.evaluate(f"() => {{ if (!window.axe) {{ {AXE} }} }}")
    with unpinned(page):
        return _answer_of_axe(page, part)


@contextmanager
def unpinned(page: Page) -> Iterator[None]:
    """With what stays at an edge of the screen laid out in its place, still to be looked at.

    Pinned, it covers half of whatever lies under it where the page happens to be scrolled to, and axe takes that half
    for the whole control; a finger scrolls on.
    """
    pinned = "document.querySelectorAll('.top, .bottom, .actions.sticky')"
    place = f"where => {pinned}.forEach(e => {{ e.style.position = where; }})"
    page.evaluate(place, "static")
    try:
        yield
    finally:
        page.evaluate(place, "")


def _answer_of_axe(page: Page, part: str) -> dict[str, Any]:
    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations", "incomplete"]}
    return page.evaluate("([part, options]) => axe.run(part, options)", [part, options])


def of_axe(results: list[dict[str, Any]]) -> list[str]:
    """axe's results, one sentence for each element: the rule and how the element begins."""
    return [f"{result['id']}: {node['html'][:150]}" for result in results for node in result["nodes"]]


def inaccessible(page: Page, part: str = "html") -> tuple[list[str], list[str]]:
    """(violations, what axe cannot decide: somebody has to look)."""
    answer = run_axe(page, part)
    return of_axe(answer["violations"]), of_axe(answer["incomplete"])


def small_controls(page: Page) -> list[str]:
    """The controls that a finger misses: less than FINGER high or wide."""
    return page.evaluate(SMALL, FINGER)


def sticks_out(page: Page, width: int = NARROW) -> list[str]:
    """What is wider than a screen of `width`, which the page has for as long as it is asked."""
    screen = page.viewport_size
    page.set_viewport_size({"width": width, "height": screen["height"]})
    found = page.evaluate(WIDER)
    page.set_viewport_size(screen)
    return found


def not_chinese(page: Page) -> list[str]:
    """What is shown or read out and is not Chinese, what scripts have written included."""
    path = page.evaluate("location.pathname")
    return problems_of_page(path, ADDRESSES.sub("", page.content()))


def is_phone(page: Page) -> bool:
    return page.viewport_size["width"] < 768


def faults(page: Page, part: str, undecided: list[str]) -> list[str]:
    """Everything that is wrong with the page as it stands; what axe leaves open in `part` is added to `undecided`."""
    page.evaluate("Promise.allSettled(document.getAnimations().map(a => a.finished))")
    violations, open_ = inaccessible(page, part)
    undecided += open_
    found = violations + not_chinese(page)
    if is_phone(page):
        found += small_controls(page) + [f"at {NARROW} px: {fault}" for fault in sticks_out(page)]
    return found


# Where a script's text comes to somebody's eyes or ears; what stands behind it is read up to the end of the line. A
# constant counts where it is more than one small word, which would be a key or an id.
SAYS = re.compile(
    r"""\.(?:textContent|innerText|title|label|placeholder|ariaLabel)\s*=(?!=)(.*)$|"""
    r"""(?:\b(?:title|label|placeholder|message|text|note)|"aria-(?:label|description|valuetext)")\s*[:,](.*)$|"""
    r"""\b(?:say|tell|alert|confirm)\((.*)$|\}, (["'`].*)$|^(?:export )?const \w+ = ("[^"]*[^a-z"][^"]*")""",
    re.MULTILINE,
)
LITERAL = re.compile(r""""([^"\n]*)"|'([^'\n]*)'|`([^`]*)`""")


def spoken(script: str) -> list[str]:
    """The texts in a script that it shows or has read out; what it puts into them is left out."""
    script = re.sub(r"^\s*//.*$", "", script, flags=re.MULTILINE)
    said = (part for parts in SAYS.findall(script) for part in parts)
    found = [text for part in said for texts in LITERAL.findall(part) for text in texts if text]
    return [re.sub(r"\$\{[^}]*\}", " ", text) for text in found]
