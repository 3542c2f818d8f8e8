export default { fetch: () => new Response("wiki") };
