// Nothing typed is lost: a form keeps itself on the server as a draft, and when the session has ended by the time it is
// sent, its person signs in again without leaving it.
import { OFFLINE, page, session } from "./session.js";

const PAUSE = 2_000, AGAIN = 15_000;  // milliseconds after the last key; after a failure

document.querySelectorAll("form[data-draft]").forEach((form) => attach(form, form.querySelector("[data-draft-state]")));

function attach(form, state) {
  const { draft } = form.dataset, { ask, renew } = session(form.dataset);
  let typed = 0, kept = 0;  // changes so far, and how many of them the last draft has
  let sent = false, checking = false, pressed = false, timer, turn = Promise.resolve();

  const say = (text) => { if (state.textContent !== text) state.textContent = text; };

  // ---- the draft

  // As the browser itself posts it, line breaks too: else what nobody touched would look changed.
  function content() {
    const pairs = [...new FormData(form)].filter(([name, value]) => name !== "csrf_token" && typeof value === "string");
    return new URLSearchParams(pairs.map(([name, value]) => [name, value.replace(/\r\n|\r|\n/g, "\r\n")]));
  }

  function save(options) {
    clearTimeout(timer);
    turn = turn.then(async () => {
      const now = typed, answer = await ask(draft, content(), options);
      if (answer.status === 200) {
        kept = Math.max(kept, now);
        say(`草稿已保存 ${answer.at}`);
      } else if (answer.status === 0 || answer.status >= 500) {
        say(answer.message ?? OFFLINE);
      } else if (answer.status === 400 || answer.status === 401) {
        say("登录已失效，内容还在本页，保存时请重新登录。");
      } else {
        say(answer.message ?? OFFLINE);
      }
      return answer;
    });
    return turn;
  }

  async function autosave(options) {
    if (sent || page.gone || checking || typed === kept) return;
    const answer = await save(options);
    // Only where nobody answered: asking again and again would keep a session alive that nobody uses.
    if (answer.status === 0 || answer.status >= 500) timer = setTimeout(autosave, AGAIN);
  }

  function changed() {
    typed += 1;
    clearTimeout(timer);
    timer = setTimeout(autosave, PAUSE);
  }

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  document.addEventListener("visibilitychange", () => { if (document.hidden) autosave({ keepalive: true }); });
  window.addEventListener("pagehide", () => autosave({ keepalive: true }));
  window.addEventListener("leaving", () => { autosave({ keepalive: true }); page.gone = true; });  // 快速离开: no question
  window.addEventListener("pageshow", (event) => { if (event.persisted) sent = false; });
  window.addEventListener("beforeunload", (event) => { if (!sent && !page.gone && typed > kept) event.preventDefault(); });

  // ---- sending the form: only when the session lives, which saving the draft tells

  form.addEventListener("submit", async (event) => {
    if (sent && !page.gone) return;
    event.preventDefault();  // what one person typed never goes off in the name of another
    if (page.gone) return;
    pressed = true;
    if (checking) return;
    checking = true;
    let goes = false;
    while (pressed && !goes && !page.gone) {  // pressed again just as the dialog was closed
      pressed = false;
      goes = await mayGo();
    }
    checking = false;
    if (!goes) return;
    sent = true;
    form.requestSubmit(event.submitter);
  });

  async function mayGo() {
    say("正在保存…");
    for (let tries = 0; tries < 3; tries += 1) {
      const answer = await save();
      if (answer.status === 200 || answer.status === 413) return true;  // what is too long for a draft may be saved
      if (answer.status !== 400 && answer.status !== 401) return false;
      if (!await renew(say, () => { pressed = false; })) return false;
    }
    say("现在不能保存，内容还在本页，请稍后再试。");
    return false;
  }
}
