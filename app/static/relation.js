// A relation field: the text box shows the name, the hidden input beside it holds the key that is posted.
// Type to search by name, initials or sound, or step down 县 → 乡镇 → 村.
import { combobox } from "./combobox.js";

export function attach(box) {
  const hidden = box.parentElement.querySelector('input[type="hidden"]');
  let chosen = box.value;

  async function ask(query, page, signal) {
    const url = new URL(box.dataset.relation, location.href);
    // The station or place that stands in this form. Its text box has the name of its key as id, so not form.elements.
    const near = box.form?.querySelector(`input[type="hidden"][name="${box.dataset.beside}"]`)?.value ?? "";
    for (const [key, value] of Object.entries({ ...query, page, near })) url.searchParams.set(key, value);
    const response = await fetch(url, { headers: { Accept: "application/json" }, signal });
    const answer = await response.json();
    if (!response.ok) return { items: [], message: answer.message };
    return { ...answer, items: answer.items.map((item) => ({ ...item, text: item.path })) };
  }

  function choose(item) {
    hidden.value = item.id;
    box.value = chosen = item.path;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  combobox(box, { label: box.labels[0]?.textContent.replace("*", "") ?? "选项", ask, choose });
  box.addEventListener("input", () => { hidden.value = ""; });
  box.addEventListener("blur", () => {
    if (!hidden.value && box.value !== chosen) chosen = "";
    if (box.value && !hidden.value) box.value = "";
  });
}
