// A combobox (WAI-ARIA 1.2) over a paged endpoint: type to search, or step down 县 → 乡镇 → 村 with 下级.
// The text box shows the name; the hidden input beside it holds the key that is posted.

let serial = 0;

export function attach(box) {
  const hidden = box.parentElement.querySelector('input[type="hidden"]');
  const list = document.createElement("ul");
  list.id = `relation-${++serial}`;
  list.setAttribute("role", "listbox");
  list.hidden = true;
  box.setAttribute("aria-controls", list.id);
  box.parentElement.append(list);
  let chosen = box.value, active = -1, timer, request, asked;

  const options = () => [...list.querySelectorAll('[role="option"]')];

  function close() {
    list.hidden = true;
    active = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  }

  function choose(item) {
    hidden.value = item.id;
    box.value = chosen = item.path;
    box.dispatchEvent(new Event("change", { bubbles: true }));
    close();
  }

  function line(text) {
    const li = document.createElement("li");
    li.className = "note";
    li.textContent = text;
    list.append(li);
    return li;
  }

  function option(item, index) {
    const li = document.createElement("li");
    li.id = `${list.id}-${index}`;
    li.setAttribute("role", "option");
    const name = document.createElement("span");
    name.textContent = item.path;
    li.append(name);
    if (item.more) {
      const step = document.createElement("button");
      step.type = "button";
      step.className = "step";
      step.tabIndex = -1;
      step.textContent = "下级 ›";
      step.setAttribute("aria-label", `${item.text}的下级`);
      step.addEventListener("mousedown", (event) => { event.preventDefault(); event.stopPropagation(); load({ parent: item.id }); });
      li.append(step);
    }
    li.addEventListener("mousedown", (event) => { event.preventDefault(); choose(item); });
    li.item = item;
    list.append(li);
  }

  async function load(query, page = 0) {
    request?.abort();
    request = new AbortController();
    asked = query;
    const url = new URL(box.dataset.relation, location.href);
    for (const [key, value] of Object.entries({ ...query, page })) url.searchParams.set(key, value);
    let answer;
    try {
      const response = await fetch(url, { headers: { Accept: "application/json" }, signal: request.signal });
      answer = await response.json();
      if (!response.ok) answer = { items: [], message: answer.message };
    } catch (error) {
      if (error.name === "AbortError") return;
      answer = { items: [], message: "暂时无法查找，请检查网络后重试。" };
    }
    if (page === 0) { list.replaceChildren(); active = -1; } else list.querySelector(".note")?.remove();
    const before = options().length;
    answer.items.forEach((item, index) => option(item, before + index));
    if (answer.message || !options().length) line(answer.message ?? "没有找到。");
    if (answer.more) {
      const more = line("显示更多…");
      more.addEventListener("mousedown", (event) => { event.preventDefault(); load(asked, page + 1); });
    }
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
  }

  function move(step) {
    const all = options();
    if (!all.length) return;
    active = (active + step + all.length) % all.length;
    all.forEach((li, index) => li.setAttribute("aria-selected", index === active));
    box.setAttribute("aria-activedescendant", all[active].id);
    all[active].scrollIntoView({ block: "nearest" });
  }

  box.addEventListener("focus", () => load({}));
  box.addEventListener("click", () => { if (list.hidden) load({}); });
  box.addEventListener("input", () => {
    hidden.value = "";
    clearTimeout(timer);
    request?.abort();
    list.replaceChildren();  // Enter must not take what was listed for something else
    line("查找中…");
    active = -1;
    timer = setTimeout(() => load(box.value.trim() ? { q: box.value.trim() } : {}), 200);
  });
  box.addEventListener("blur", () => {
    clearTimeout(timer);
    request?.abort();
    close();
    if (!hidden.value && box.value !== chosen) chosen = "";
    if (box.value && !hidden.value) box.value = "";
  });
  box.addEventListener("keydown", (event) => {
    const item = options()[active]?.item;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) load({}); else move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "ArrowRight" && item?.more) {
      event.preventDefault();
      load({ parent: item.id });
    } else if (event.key === "Enter" && !list.hidden) {
      event.preventDefault();
      if (item) choose(item);
    } else if (event.key === "Escape") {
      close();
    }
  });
}
