// Tables of many rows can be filtered by what is typed above them; without this script all rows are shown.
for (const input of document.querySelectorAll("input.filter")) {
  const rows = [...input.parentElement.querySelectorAll("tbody tr")];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLowerCase();
    rows.forEach((row, place) => { row.hidden = !texts[place].includes(wanted); });
  });
}
