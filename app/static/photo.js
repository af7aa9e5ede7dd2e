// Photos for a form: chosen one by one, drawn smaller on the telephone before they are sent, and taken out again.
const LONGEST = 2_000, SMALL = 160;  // pixels of the longer side: sent; shown
const QUALITY = 0.85;
const REMOVE = "去掉";

// The boxes of a form for files, as {chosen: the files that were taken, fix: whether they stay as they are}.
export function chooser(form, changed) {
  const list = form.querySelector("[data-chosen]"), picks = form.querySelector(".pick-files");
  const files = [];

  function take(file) {
    const item = document.createElement("li"), name = document.createElement("span"), button = document.createElement("button");
    name.textContent = file.name;
    button.type = "button";
    button.className = "btn btn-outline-secondary";
    button.textContent = REMOVE;
    button.setAttribute("aria-label", `${REMOVE} ${file.name}`);
    item.append(name, button);
    list.append(item);
    const entry = { item, ready: shrink(file, item) };
    files.push(entry);
    button.addEventListener("click", () => {
      files.splice(files.indexOf(entry), 1);
      item.remove();
      picks.querySelector("input").focus();
      changed();
    });
  }

  form.querySelectorAll("input[type=file]").forEach((input) => input.addEventListener("change", () => {
    [...input.files].forEach(take);
    input.value = "";
    changed();
  }));

  return {
    chosen: () => Promise.all(files.map((entry) => entry.ready)),
    fix: (isFixed) => {
      picks.hidden = isFixed;
      picks.parentElement.hidden = isFixed && !files.length;
      list.querySelectorAll("button").forEach((button) => { button.hidden = isFixed; });
    },
  };
}

// A picture that this browser can read as a JPEG, upright and no larger than need be; anything else as it is.
async function shrink(file, item) {
  const asItIs = { name: file.name, blob: file };
  if (!file.type.startsWith("image/")) return asItIs;
  try {
    const picture = await createImageBitmap(file);
    const preview = draw(picture, SMALL);
    preview.setAttribute("aria-hidden", "true");
    item.prepend(preview);
    const blob = await new Promise((resolve) => { draw(picture, LONGEST).toBlob(resolve, "image/jpeg", QUALITY); });
    picture.close();
    return blob ? { name: file.name.replace(/\.\w{1,5}$/, "") + ".jpg", blob } : asItIs;
  } catch {
    return asItIs;  // the server says what is wrong with it
  }
}

function draw(picture, longest) {
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas"), context = canvas.getContext("2d");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  context.fillStyle = "#fff";  // behind what is transparent
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}
