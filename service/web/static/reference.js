"use strict";
const reference = document.getElementById("reference");
window.SwaggerUIBundle({ url: reference.dataset.openapi, domNode: reference, deepLinking: true });
