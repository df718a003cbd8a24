// The one script of the 3-D Secure pages. The body says which page it is on (data-page); everything it needs stands in the document.
(() => {
  "use strict";

  const body = document.body;
  const field = (form, name) => form.elements.namedItem(name);
  const leave = (address) => window.location.replace(address);

  // A page from the browser's memory shows what was true then. The server says what is true now.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      window.location.reload();
    }
  });

  // EMV 3DS: what the issuer is told of the browser.
  const describeBrowser = (form) => {
    const facts = {
      javascript_enabled: true,
      java_enabled: typeof navigator.javaEnabled === "function" && navigator.javaEnabled(),
      language: navigator.language || "",
      color_depth: screen.colorDepth,
      screen_height: screen.height,
      screen_width: screen.width,
      time_zone: new Date().getTimezoneOffset(),
    };
    for (const [name, value] of Object.entries(facts)) {
      field(form, name).value = String(value);
    }
  };

  // The 3DS method: the issuer's own script looks at the browser in a hidden frame, and says when it is done. It gets ten seconds.
  const runMethod = (form, after) => {
    const frame = document.getElementById("method-frame");
    let over = false;
    const end = (outcome) => {
      if (!over) {
        over = true;
        after(outcome);
      }
    };
    window.addEventListener("message", (event) => {
      if (event.origin === window.location.origin && event.source === frame.contentWindow && event.data === form.dataset.attempt) {
        end("Y");
      }
    });
    window.setTimeout(end, 10000, "N");
    form.submit();
  };

  const start = () => {
    const form = document.getElementById("start");
    const method = document.getElementById("method");
    describeBrowser(form);
    if (method) {
      runMethod(method, (outcome) => {
        field(form, "method").value = outcome;
        form.submit();
      });
    } else {
      form.submit();
    }
  };

  // EMV 3DS, challengeWindowSize: the largest that fits, and the whole page where little fits. The request was composed for each.
  const windows = [["03", 500, 600], ["04", 600, 400], ["02", 390, 400]];
  const challenge = () => {
    const form = document.getElementById("challenge");
    const frame = document.getElementById("challenge-frame");
    const room = { width: document.documentElement.clientWidth - 32, height: window.innerHeight - 32 };
    const fitting = room.width < 500 ? undefined : windows.find(([, width, height]) => width <= room.width && height <= room.height);
    if (!fitting) {
      form.submit();
      return;
    }

    const [size, width, height] = fitting;
    field(form, "creq").value = form.getAttribute("data-creq-" + size);
    frame.width = width;
    frame.height = height;
    body.classList.add("framed");
    form.target = frame.name;
    form.submit();
    watch(3000);
  };

  // Goes on when the payment has: another tab may have moved it, or time.
  const watch = (pause) => {
    const look = async () => {
      try {
        const answer = await fetch(body.dataset.state, { cache: "no-store", credentials: "omit" });
        if (answer.ok && (await answer.text()) !== body.dataset.seen) {
          leave(body.dataset.next);
          return;
        }
      } catch {
        // The network is away for a moment: the next look tells.
      }
      window.setTimeout(look, pause);
    };
    window.setTimeout(look, pause);
  };

  const pages = {
    start,
    challenge,
    waiting: () => watch(1000),

    // In the hidden frame: the issuer's method is done.
    method: () => window.parent.postMessage(body.dataset.attempt, window.location.origin),

    // In the frame of the challenge, or alone: the issuer is done, and the whole window goes on.
    returned: () => window.top.location.replace(new URL(body.dataset.next, window.location.href)),
  };
  pages[body.dataset.page]?.();
})();
