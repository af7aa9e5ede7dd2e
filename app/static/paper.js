// The button that prints this page: the browser's own menu does the same where no script runs.
const button = document.querySelector("[data-print]");
button.hidden = false;
button.addEventListener("click", () => print());
