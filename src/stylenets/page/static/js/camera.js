// The camera of a machine without an app of its own for that: a dialog that shows what it sees.

import { drawn } from "./photo.js";

/** `take` gets the photo, `fail` what went wrong. */
export function camera({ button, dialog, video, shutter }, take, fail) {
  button.hidden = !navigator.mediaDevices; // as on a page that came by plain HTTP from elsewhere
  button.addEventListener("click", async () => {
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({
        video: { width: { ideal: 1920 }, height: { ideal: 1080 } },
      });
      await video.play();
      dialog.showModal();
    } catch (error) {
      fail(error);
    }
  });
  shutter.addEventListener("click", () => {
    drawn(video, video.videoWidth, video.videoHeight).toBlob(take, "image/png");
    dialog.close();
  });
  dialog.addEventListener("close", () => {
    for (const track of video.srcObject.getTracks()) track.stop();
    video.srcObject = null;
  });
}
