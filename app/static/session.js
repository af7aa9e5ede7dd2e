// An open page and the session behind it: asking the server, and signing in again without leaving the page.
export const OFFLINE = "网络不通，内容还在本页，请稍后再试。";
const LONGEST = 10_000;  // milliseconds for an answer

// Another has signed in, or its person left in a hurry: nothing of the page goes off any more.
export const page = { gone: false };

const dialog = document.querySelector("[data-sign-in]");
const token = () => document.querySelector('input[name="csrf_token"]').value;

function adopt(fresh) {
  document.querySelectorAll('input[name="csrf_token"]').forEach((input) => { input.value = fresh; });
}

// `login`: where one signs in; `who`: the mark of who opened the page.
export function session({ login, who }) {
  // {status, message, …}; status 0: nobody answered.
  async function ask(url, body, { wait = LONGEST, ...options } = {}) {
    const headers = { Accept: "application/json", "X-Opened-By": who, ...(body ? { "X-CSRFToken": token() } : {}) };
    const over = new AbortController(), timer = setTimeout(() => over.abort(), wait);
    try {
      const response = await fetch(url, { method: body ? "POST" : "GET", body, headers, signal: over.signal, ...options });
      if (response.status === 413) return { status: 413 };  // the server in front says so on a page of its own
      return { ...await response.json(), status: response.status };
    } catch {
      return { status: 0 };
    } finally {
      clearTimeout(timer);
    }
  }

  const standing = () => ask(new URL("token", new URL(login, location.href)));

  // Whether its person is signed in (again). Another may be meanwhile: nothing is sent in his name.
  async function renew(say, opening = () => {}) {
    const now = await standing();
    if (now.status !== 200) { say(OFFLINE); return false; }
    if (now.ok && !now.same) return leave();
    adopt(now.csrf_token);
    return now.ok || signIn(opening);
  }

  function leave() {
    page.gone = true;
    location.assign(dialog.dataset.home);
    return false;
  }

  function signIn(opening) {
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
      opening();
      dialog.showModal();
      (username.value ? password : username).focus();
    });
  }

  return { ask, renew };
}
