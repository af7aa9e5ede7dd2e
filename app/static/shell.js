// What every page of the product has: leaving quickly, menus that close, keys, and a question before what cannot be undone.

import { combobox } from "./combobox.js";

const $ = (selector, within = document) => within.querySelector(selector);

// ---- 快速离开: the page is gone at once; the server ends the session and shows a neutral page.
const leaving = $("[data-leave]");
let shifts = [];
function leave() {
  document.body.hidden = true;
  document.title = "日历";
  leaving.requestSubmit();
}
const windows = window.BroadcastChannel ? new BroadcastChannel("leaving") : null;  // every window of ours goes
leaving?.addEventListener("submit", () => {
  document.body.hidden = true;
  window.dispatchEvent(new Event("leaving"));
  windows?.postMessage("gone");
});
if (windows && leaving) {
  windows.onmessage = () => {
    document.body.hidden = true;
    window.dispatchEvent(new Event("leaving"));
    location.replace(leaving.dataset.leave);
  };
}
document.addEventListener("keydown", (event) => {
  if (event.key !== "Shift") { shifts = []; return; }
  if (event.repeat || !leaving) return;
  shifts = [...shifts, event.timeStamp].filter((at) => event.timeStamp - at < 1000);
  if (shifts.length === 3) leave();
});

// ---- menus: one that is open closes when something else is pressed, and on Esc
const menus = () => document.querySelectorAll("details[data-menu][open]");
document.addEventListener("click", (event) => menus().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; }));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  menus().forEach((menu) => { menu.open = false; $("summary", menu).focus(); });
  if (location.hash === "#menu") location.hash = "#main";
});
$("#menu")?.addEventListener("click", (event) => { if (event.target.closest("a[aria-current]")) location.hash = "#main"; });

// ---- keys. Single letters can be switched off (WCAG 2.1.4); that is remembered in this browser and says nothing about anybody.
const KEYS = "keys";
const may = () => { try { return localStorage.getItem(KEYS) !== "off"; } catch { return true; } };
const box = $("[data-keys]"), help = $("#help");
if (box) {
  box.checked = may();
  box.addEventListener("change", () => { try { localStorage.setItem(KEYS, box.checked ? "on" : "off"); } catch { /* a browser that keeps nothing */ } });
}
document.querySelectorAll("[data-help]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => {
    const menu = button.closest("details");
    menu.open = false;
    $("summary", menu).focus();  // where the dialog gives the focus back to
    help.showModal();
  });
});
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
    const save = $("[data-save]");
    if (save) { event.preventDefault(); if (!$("dialog[open]")) save.click(); }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog") || !may()) return;
  if (event.key === "/" && find) { event.preventDefault(); find.focus(); find.select(); }
  if (event.key === "?" && help) { event.preventDefault(); help.showModal(); }
});

// ---- the search box: what is typed is posted, and what is found leads to its page
const find = $("[data-find]");
if (find) {
  const ask = async ({ q }, _page, signal) => {
    const headers = { Accept: "application/json", "X-CSRFToken": find.form.elements.csrf_token.value };
    const response = await fetch(find.dataset.find, { method: "POST", body: new URLSearchParams({ q }), headers, signal });
    const answer = await response.json();
    const items = (answer.groups ?? []).flatMap((group) => group.items.map((item) => ({
      text: item.text, url: item.url, note: [group.label, item.mark, item.where].filter(Boolean).join(" · "),
    })));
    return { items, message: answer.message || (items.length ? undefined : "没有找到。按回车键可以看全部结果。") };
  };
  combobox(find, { label: "找到的记录", ask, choose: (item) => { location.assign(item.url); }, opensEmpty: false });
}

// ---- a form that keeps no draft asks before it is left with what was changed in it
document.querySelectorAll("form[data-guard]").forEach((form) => {
  let isChanged = false;
  const change = () => { isChanged = true; }, forget = () => { isChanged = false; };
  form.addEventListener("input", change);
  form.addEventListener("submit", forget);
  window.addEventListener("leaving", forget);
  window.addEventListener("beforeunload", (event) => { if (isChanged) event.preventDefault(); });
});

// ---- ask first: the button goes on only after 确定
const asking = $("#confirm");
let asked = null;
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-confirm]");
  if (!button || !asking || button.dataset.confirmed) return;
  event.preventDefault();
  asked = button;
  $("#confirm-text").textContent = button.dataset.confirm;
  asking.returnValue = "";
  asking.showModal();
});
asking?.addEventListener("close", () => {
  if (asking.open || !asked) return;  // the closing before this asking, heard of late
  const button = asked;
  asked = null;
  if (asking.returnValue !== "yes") { button.focus(); return; }
  button.dataset.confirmed = "yes";
  button.click();
  delete button.dataset.confirmed;
});
