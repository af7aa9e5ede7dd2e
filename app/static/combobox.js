// A combobox (WAI-ARIA 1.2): a text box with a list of what fits. The focus stays in the box; the list is walked with
// the arrow keys. `ask(query, page, signal)` → {items: [{text, note, more}], more, message}; `choose(item)` takes one.

let serial = 0;

function element(name, attributes, ...content) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...content);
  return made;
}

export function combobox(box, { label, ask, choose, opensEmpty = true }) {
  const id = `choices-${++serial}`;
  const list = element("ul", { class: "choices", id, role: "listbox", "aria-label": label });
  const note = element("p", { class: "choices-note", role: "status" });
  list.hidden = note.hidden = true;
  box.setAttribute("aria-controls", id);
  box.parentElement.append(list, note);
  let active = -1, timer, request, asked = {}, page = 0;

  const options = () => [...list.children];
  const unmark = () => { active = -1; box.removeAttribute("aria-activedescendant"); };
  const isOpen = () => !list.hidden || !note.hidden;

  function close() {
    clearTimeout(timer);
    request?.abort();
    list.hidden = note.hidden = true;
    unmark();
    box.setAttribute("aria-expanded", "false");
  }

  function say(text) {
    list.hidden = true;
    note.hidden = false;
    note.textContent = text;
    box.setAttribute("aria-expanded", "false");
  }

  function take(item) {
    if (item.isMore) load(asked, page + 1);
    else if (choose(item) !== false) close();
  }

  function option(item) {
    const words = element("span", {}, item.text);
    if (item.note) words.append(" ", element("small", {}, item.note));
    const li = element("li", { role: "option", id: `${id}-${list.children.length}`, "aria-selected": "false" }, words);
    if (item.more) {
      li.setAttribute("aria-label", `${item.text}，按右方向键看下级`);
      const step = element("span", { class: "step", "aria-hidden": "true" }, "下级 ›");
      step.addEventListener("mousedown", (event) => { event.preventDefault(); event.stopPropagation(); load({ parent: item.id }); });
      li.append(step);
    }
    li.addEventListener("mousedown", (event) => { event.preventDefault(); take(item); });
    li.item = item;
    list.append(li);
  }

  async function load(query, next = 0) {
    request?.abort();
    request = new AbortController();
    const { signal } = request;
    let answer;
    try {
      answer = await ask(query, next, signal);
    } catch (error) {
      if (error.name === "AbortError") return;
      answer = { items: [], message: "暂时无法查找，请检查网络后重试。" };
    }
    if (signal.aborted) return;
    asked = query;
    page = next;
    const before = next ? list.children.length - 1 : 0;
    if (next) list.lastElementChild.remove(); else list.replaceChildren();
    unmark();
    answer.items.forEach(option);
    if (answer.more) option({ text: "显示更多…", isMore: true });
    if (answer.message || !list.children.length) { say(answer.message ?? "没有找到。"); return; }
    note.hidden = true;
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
    if (next) mark(before);
  }

  function mark(index) {
    const all = options();
    if (!all.length) return;
    active = (index + all.length) % all.length;
    all.forEach((li, n) => li.setAttribute("aria-selected", String(n === active)));
    box.setAttribute("aria-activedescendant", all[active].id);
    all[active].scrollIntoView({ block: "nearest" });
  }

  const open = () => { if (opensEmpty) load({}); };
  box.addEventListener("focus", open);
  box.addEventListener("click", () => { if (!isOpen()) open(); });
  box.addEventListener("input", () => {
    clearTimeout(timer);
    request?.abort();
    list.replaceChildren();  // Enter must not take what was listed for something else
    unmark();
    const q = box.value.trim();
    if (!q && !opensEmpty) { close(); return; }
    say("查找中…");
    timer = setTimeout(() => load(q ? { q } : {}), 200);
  });
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    const item = options()[active]?.item;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) load(box.value.trim() && !opensEmpty ? { q: box.value.trim() } : {});
      else mark(active < 0 && event.key === "ArrowUp" ? -1 : active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "ArrowRight" && item?.more) {
      event.preventDefault();
      load({ parent: item.id });
    } else if (event.key === "Enter" && isOpen() && (opensEmpty || item)) {
      event.preventDefault();
      if (item) take(item);
    } else if (event.key === "Escape" && isOpen()) {
      event.stopPropagation();
      close();
    }
  });
  return { close };
}
