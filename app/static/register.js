// What a register page needs beyond HTML: relation choosers, ask before deleting, tick all.
import { attach } from "./relation.js";

document.querySelectorAll("[data-relation]").forEach(attach);

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-confirm]");
  if (button && !window.confirm(button.dataset.confirm)) event.preventDefault();
});

document.querySelectorAll("[data-check-all]").forEach((all) => {
  all.addEventListener("change", () => {
    all.form.querySelectorAll('input[name="rowid"]').forEach((box) => { box.checked = all.checked; });
  });
});
