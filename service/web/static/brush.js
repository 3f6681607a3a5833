// Years chosen by drawing over the picture; the two fields beside it do the same by keyboard.

/** Lets years be drawn over `picture`; `onChosen` is called when the pointer is lifted. */
export function brush(picture, onChosen) {
  if (!picture) return;
  const from = document.getElementById("from");
  const to = document.getElementById("to");
  let anchor = null;

  const choose = (bar) => {
    const bars = [anchor, bar].sort((one, other) => one.dataset.first - other.dataset.first);
    from.value = bars[0].dataset.first.padStart(4, "0");
    to.value = bars[1].dataset.last.padStart(4, "0");
    for (const one of picture.querySelectorAll(".bar")) {
      const isChosen = one.dataset.last >= Number(from.value) && one.dataset.first <= Number(to.value);
      one.classList.toggle("is-chosen", isChosen);
    }
  };
  const barAt = (event) => {
    const { left, width } = picture.getBoundingClientRect();
    const bars = picture.querySelectorAll(".bar");
    const place = Math.floor(((event.clientX - left) / width) * bars.length);
    return bars[Math.min(Math.max(place, 0), bars.length - 1)];
  };

  picture.addEventListener("pointerdown", (event) => {
    picture.setPointerCapture(event.pointerId);
    anchor = barAt(event);
    choose(anchor);
  });
  picture.addEventListener("pointermove", (event) => anchor && choose(barAt(event)));
  picture.addEventListener("pointerup", () => {
    anchor = null;
    onChosen();
  });
  picture.addEventListener("pointercancel", () => (anchor = null));
}
