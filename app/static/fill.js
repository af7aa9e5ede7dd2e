// A sheet on a telephone: one line a screen, each saved by itself. What does not get through waits in the page, and goes
// off again under the number that its form came with: the server makes one row of it, however often it is sent.
import { page, session } from "./session.js";
import { chooser } from "./photo.js";

const WAIT = 60_000;  // milliseconds for an answer: a picture takes its time in the hills
const PAUSES = [5_000, 10_000, 20_000, 40_000, 60_000];  // before it is tried again
const LOST = "没有传上去，恢复后自动再传";
const SIGN_IN = "登录已失效，内容还在本页；请按“再传一次”重新登录。";
const LARGE = "照片太多或者太大，请去掉一些再保存。";

const sheet = document.querySelector("[data-sheet]"), summary = sheet.querySelector("[data-summary]");
const { ask, renew } = session(sheet.dataset);
const lines = [...sheet.querySelectorAll("[data-line]")].map(attach);
const screens = [...lines.map((line) => line.section), summary];
let tries = 0, timer, busy = false;

// ---- one screen after the other: the address says which

let now = null;

// Where another place of the page is jumped to, the line stays.
function current() {
  const wrong = lines.find((line) => line.state === "refused");
  const asked = screens.find((one) => `#${one.id}` === location.hash);
  return asked ?? (now && location.hash ? now : wrong?.section ?? screens[0]);
}

function turn() {
  now = current();
  for (const one of screens) one.hidden = one !== now;
  sheet.querySelectorAll("[data-save]").forEach((button) => { delete button.dataset.save; });  // Ctrl+S is of this one
  const button = now.querySelector(".fill-save button");
  if (button) button.dataset.save = "";
  for (const link of sheet.querySelectorAll(".fill-steps a")) {
    if (link.hash === `#${now.id}`) link.setAttribute("aria-current", "step"); else link.removeAttribute("aria-current");
  }
}

window.addEventListener("hashchange", () => {
  const before = now;
  turn();
  if (now === before) return;
  scrollTo(0, 0);
  now.querySelector("h2").focus({ preventScroll: true });
});

// ---- a line

function attach(section) {
  const key = section.dataset.line, form = section.querySelector("form");
  const of = [section, ...sheet.querySelectorAll(`[data-of="${key}"]`)];
  const shown = form.querySelector(".fill-save button + [role=status] [data-when]:not([hidden])");
  const line = { section, form, key, state: shown.dataset.when, isChanged: false, body: null, isSaved: false };
  const takesFiles = form.querySelector(".pick-files");
  line.files = takesFiles ? chooser(form, () => { line.isChanged = true; }) : { chosen: async () => [], fix: () => {} };
  line.note = (text) => { form.querySelector("[data-note]").textContent = text; };
  line.become = (state) => {
    line.state = state;
    const wasHere = form.contains(document.activeElement);
    for (const box of of) {
      for (const part of box.querySelectorAll("[data-when]")) part.hidden = !part.dataset.when.split(" ").includes(state);
    }
    const isFixed = ["sending", "waiting"].includes(state) || line.isSaved;  // what is on its way stays as it is
    form.querySelectorAll("textarea, input:not([type=hidden]):not([type=file])").forEach((box) => { box.readOnly = isFixed; });
    form.querySelectorAll("select").forEach((box) => { box.disabled = line.isSaved; });  // not before it is sent
    line.files.fix(isFixed);
    form.querySelector(".fill-save button").hidden = line.isSaved;
    if (line.isSaved && wasHere) section.querySelector("[data-next]").focus();
    sum();
  };
  form.addEventListener("input", () => { line.isChanged = true; });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!page.gone && line.state !== "sending" && !line.isSaved) save(line);
  });
  return line;
}

async function save(line) {
  if (line.state !== "waiting") {
    line.become("sending");
    tellProblems(line, {}, "");
    const body = new FormData(line.form);
    body.delete("csrf_token");  // the header has the one of today
    body.delete("photo");
    body.delete("file");
    for (const { name, blob } of await line.files.chosen()) body.append("file", blob, name);
    line.body = body;  // not before it is whole: others are sent meanwhile
  }
  send(true);
}

// ---- sending: one at a time, oldest first

async function send(isPressed) {
  clearTimeout(timer);
  if (busy || page.gone) return;
  busy = true;
  for (const line of lines) if (line.state === "waiting") line.become("sending");
  let line, why = "";
  while (!why && !page.gone && (line = lines.find((one) => one.state === "sending" && one.body))) {
    line.note("");
    why = await deliver(line, isPressed);
  }
  busy = false;
  if (!why) tries = 0;
  for (const one of lines) if (why && one.state === "sending" && one.body) { one.become("waiting"); one.note(why); }
}

// Nothing where the next one may go, else why it waits with the others.
async function deliver(line, isPressed) {
  for (let asked = 0; asked < 3; asked += 1) {
    const answer = await ask(line.form.action.split("#")[0], line.body, { wait: WAIT });
    const { status } = answer;
    if (status === 200 && answer.saved) return settle(line, answer);
    if (status === 422) return refuse(line, answer.problems ?? {}, answer.message);
    if (status === 413) return refuse(line, { files: [LARGE] }, "");
    if (status === 0 || status === 200 || status === 429 || status >= 500) return later();
    if (status !== 400 && status !== 401 && status !== 403) return refuse(line, {}, answer.message);
    if (!isPressed && status !== 403) return SIGN_IN;  // no dialog falls into what somebody types
    let isAnswered = true;
    if (!await renew(() => { isAnswered = false; })) return isAnswered ? SIGN_IN : later();
    if (status === 403) return refuse(line, {}, answer.message);
  }
  return later();
}

function settle(line, answer) {
  line.isSaved = true;  // and stays as it was saved
  line.isChanged = false;
  line.body = null;
  line.become("saved");
  if (answer.result === undefined) return "";
  const box = line.section.querySelector("[data-verdict]");
  box.classList.toggle("lacking", !answer.met);
  box.querySelector("[data-met]").hidden = !answer.met;
  box.querySelector("[data-lacking]").hidden = answer.met;
  const finding = box.querySelector("[data-finding]");
  finding.textContent = answer.finding;
  finding.classList.toggle("good", answer.met);
  box.querySelector("[data-why]").textContent = answer.why;
  sheet.querySelector("[data-result]").textContent = answer.result;
  return "";
}

function refuse(line, problems, message) {
  line.body = null;
  tellProblems(line, problems, message);
  line.become("refused");
  return "";
}

function later() {
  timer = setTimeout(() => send(false), PAUSES[Math.min(tries, PAUSES.length - 1)]);
  tries += 1;
  return `${LOST}。`;
}

function tellProblems(line, problems, message) {
  line.form.querySelector("[data-problems]").replaceChildren(...(message ? [said(message)] : []));
  for (const field of line.form.querySelectorAll("[data-field]")) {
    const sentences = problems[field.dataset.field] ?? [], box = field.querySelector(":scope > [data-errors]");
    field.querySelectorAll(".error").forEach((error) => error.remove());
    box.replaceChildren(...sentences.map(said));
    const row = field.querySelector(".field") ?? field;
    row.classList.toggle("has-error", sentences.length > 0);
    for (const control of field.querySelectorAll("textarea, select, input:not([type=hidden])")) {
      if (sentences.length) control.setAttribute("aria-invalid", "true"); else control.removeAttribute("aria-invalid");
    }
  }
}

function said(text) {
  const error = document.createElement("p");
  error.className = "error";
  error.setAttribute("role", "alert");
  error.textContent = text;
  return error;
}

// ---- what has come of it

function sum() {
  const count = (...states) => lines.filter((line) => states.includes(line.state)).length;
  const tell = (text) => { summary.querySelector("[data-total]").textContent = text; };
  const saved = count("saved"), waiting = count("waiting"), sending = count("sending"), wrong = count("refused");
  if (saved === lines.length) tell(`${saved} 项都已保存`);
  else if (waiting) tell(`${waiting} 项${LOST}`);
  else if (sending) tell(`正在保存 ${sending} 项`);
  else if (wrong) tell(`${wrong} 项需要修改`);
  else tell(`已保存 ${saved} 项，还有 ${lines.length - saved} 项没有填`);
  summary.querySelector("[data-again]").hidden = !waiting;
}

summary.querySelector("[data-again]").addEventListener("click", () => send(true));
window.addEventListener("online", () => { if (lines.some((line) => line.state === "waiting")) send(false); });
window.addEventListener("leaving", () => { page.gone = true; });
window.addEventListener("beforeunload", (event) => {
  if (!page.gone && lines.some((line) => line.isChanged || line.body)) event.preventDefault();
});

sheet.classList.add("has-script");
sum();
turn();
