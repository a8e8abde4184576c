// Starts Swagger UI on the document that lies beside this page. Nothing is asked of any other host.
window.SwaggerUIBundle({
  dom_id: '#api',
  url: '/docs/openapi.json',
  deepLinking: true,
  // Hundreds of operations: only their tags are open to begin with.
  docExpansion: 'none',
  defaultModelsExpandDepth: 0,
  filter: true,
  displayRequestDuration: true,
  // Credentials stay in the memory of the page.
  persistAuthorization: false,
  // Would send the document to validator.swagger.io.
  validatorUrl: null,
});
