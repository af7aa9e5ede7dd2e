// What a register page needs beyond HTML: relation choosers, lines of child rows, fields that depend on others, tick all.
import { attach } from "./relation.js";

// Another line for a table of child rows: a copy of its last one, emptied and numbered on.
document.querySelectorAll("[data-lines]").forEach((lines) => {
  const plain = lines.lastElementChild.cloneNode(true);
  const first = plain.querySelector("[name]").name.match(/^(\w+-)(\d+)-/);
  let number = Number(first[2]);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-outline-secondary";
  button.textContent = "再加一行";
  button.addEventListener("click", () => {
    const line = plain.cloneNode(true);
    number += 1;
    for (const element of line.querySelectorAll("[id], [name], [for]")) {
      for (const name of ["id", "name", "for"]) {
        const value = element.getAttribute(name);
        if (value) element.setAttribute(name, value.replace(first[0], `${first[1]}${number}-`));
      }
    }
    lines.append(line);
    line.querySelectorAll("[data-relation]").forEach(attach);
    line.querySelector("input:not([type=hidden]), select")?.focus();
  });
  lines.closest("table").after(button);
});

document.querySelectorAll("[data-relation]").forEach(attach);

// What is only asked for beside a certain answer. What stands there already, or is wrong, is not hidden; what is
// hidden when the form is sent is emptied, and the server does the same.
document.querySelectorAll("[data-only-if]").forEach((field) => {
  const [name, answer] = field.dataset.onlyIf.split("=");
  const { form } = field.querySelector("input, select, textarea");
  const other = form.elements[name], boxes = [...field.querySelectorAll("input:not([type=hidden]), select, textarea")];
  const was = other.value, stood = boxes.some((box) => (box.type === "checkbox" ? box.checked : box.value));
  const show = () => {
    field.hidden = other.value !== answer && !(stood && other.value === was) && !field.classList.contains("has-error");
  };
  other.addEventListener("change", show);
  form.addEventListener("submit", () => {
    if (field.hidden) boxes.forEach((box) => { if (box.type === "checkbox") box.checked = false; else box.value = ""; });
  }, { capture: true });
  show();
});

// Where something is wrong, there the hand goes first.
document.querySelector(".has-error :is(input:not([type=hidden]), select, textarea)")?.focus();

// Of a long table only the lines whose head has what is typed.
document.querySelectorAll("[data-filter]").forEach((box) => {
  box.parentElement.hidden = false;
  box.addEventListener("input", () => {
    document.querySelectorAll(box.dataset.filter).forEach((line) => {
      line.hidden = !line.querySelector("th").textContent.includes(box.value.trim());
    });
  });
  box.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
});

// On a phone what was found comes before the search form.
if (window.matchMedia("(max-width: 767px)").matches) document.querySelector(".search")?.removeAttribute("open");

document.querySelectorAll("[data-check-all]").forEach((all) => {
  all.addEventListener("change", () => {
    all.form.querySelectorAll('input[name="rowid"]').forEach((box) => { box.checked = all.checked; });
  });
});
