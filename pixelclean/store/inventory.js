const filter = document.getElementById("filter"), fate = document.getElementById("fate"), hits = document.getElementById("hits");
const entries = Array.from(document.querySelectorAll("tbody"), row => [row, row.textContent.toLowerCase()]);
function show() {
  const wanted = filter.value.toLowerCase().split(/\s+/), word = fate.value;
  let found = 0;
  for (const [row, text] of entries) {
    const fits = (!word || row.dataset.words.split(" ").includes(word)) && wanted.every(part => text.includes(part));
    row.hidden = !fits;
    found += fits;
  }
  hits.textContent = found + " of " + entries.length + " attributes";
}
filter.addEventListener("input", show);
fate.addEventListener("input", show);
document.getElementById("tools").hidden = false;
show();
