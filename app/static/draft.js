// Nothing typed is lost: a form keeps itself on the server as a draft, and when the session has ended by the time it is
// sent, its person signs in again without leaving it.
const OFFLINE = "网络不通，内容还在本页，请稍后再试。";
const PAUSE = 2_000, AGAIN = 15_000, LONGEST = 10_000;  // milliseconds after the last key; after a failure; for an answer

let gone = false;  // another has signed in, or its person left in a hurry: nothing of the page goes off any more

const dialog = document.querySelector("[data-sign-in]");
document.querySelectorAll("form[data-draft]").forEach((form) => attach(form, form.querySelector("[data-draft-state]")));

function attach(form, state) {
  const { draft, login, who } = form.dataset;
  let typed = 0, kept = 0;  // changes so far, and how many of them the last draft has
  let sent = false, checking = false, pressed = false, timer, turn = Promise.resolve();

  const say = (text) => { if (state.textContent !== text) state.textContent = text; };

  // {status, message, …}; status 0: nobody answered.
  async function ask(url, body, options = {}) {
    const token = form.querySelector('input[name="csrf_token"]').value;
    const headers = { Accept: "application/json", "X-Opened-By": who, ...(body ? { "X-CSRFToken": token } : {}) };
    try {
      const signal = AbortSignal.timeout(LONGEST);
      const response = await fetch(url, { method: body ? "POST" : "GET", body, headers, signal, ...options });
      return { ...await response.json(), status: response.status };
    } catch {
      return { status: 0 };
    }
  }

  function adopt(token) {
    document.querySelectorAll('input[name="csrf_token"]').forEach((input) => { input.value = token; });
  }

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
    if (sent || gone || checking || typed === kept) return;
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
  window.addEventListener("leaving", () => { autosave({ keepalive: true }); gone = true; });  // 快速离开: no question
  window.addEventListener("pageshow", (event) => { if (event.persisted) sent = false; });
  window.addEventListener("beforeunload", (event) => { if (!sent && !gone && typed > kept) event.preventDefault(); });

  // ---- sending the form: only when the session lives, which saving the draft tells

  form.addEventListener("submit", async (event) => {
    if (sent && !gone) return;
    event.preventDefault();  // what one person typed never goes off in the name of another
    if (gone) return;
    pressed = true;
    if (checking) return;
    checking = true;
    let goes = false;
    while (pressed && !goes && !gone) {  // pressed again just as the dialog was closed
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
      if (!await renew()) return false;
    }
    say("现在不能保存，内容还在本页，请稍后再试。");
    return false;
  }

  // Another may have signed in in this browser meanwhile: nothing is sent in his name.
  async function renew() {
    const now = await standing();
    if (now.status !== 200) { say(OFFLINE); return false; }
    if (now.ok && !now.same) return leave();
    adopt(now.csrf_token);
    return now.ok || signIn();
  }

  const standing = () => ask(new URL("token", new URL(login, location.href)));

  function leave() {
    gone = true;
    location.assign(dialog.dataset.home);
    return false;
  }

  // ---- signing in again

  function signIn() {
    const { username, password } = dialog.querySelector("form").elements;
    const problem = dialog.querySelector("[data-sign-in-problem]");
    const tell = (text) => { problem.textContent = text; problem.hidden = !text; };
    const over = new AbortController();
    let entered = false, busy = false;

    async function enter(event) {
      event.preventDefault();
      if (busy) return;
      busy = true;
      tell("");
      let answer = await ask(login, new URLSearchParams({ username: username.value, password: password.value }));
      if (answer.status === 400) answer = await standing();  // another window took the token's place meanwhile
      busy = false;
      if (answer.csrf_token && (answer.same || !answer.ok)) adopt(answer.csrf_token);
      if (answer.ok) {
        entered = answer.same || leave();
        dialog.close();
        return;
      }
      tell(answer.status === 0 ? OFFLINE : answer.message ?? "没有登录成功，请再试一次。");
      (username.value ? password : username).focus();
    }

    return new Promise((resolve) => {
      const { signal } = over;
      dialog.querySelector("form").addEventListener("submit", enter, { signal });
      dialog.querySelector("[data-sign-in-cancel]").addEventListener("click", () => dialog.close(), { signal });
      dialog.addEventListener("close", () => {
        over.abort();
        password.value = "";
        resolve(entered);
      }, { signal });
      tell("");
      pressed = false;
      dialog.showModal();
      (username.value ? password : username).focus();
    });
  }
}
