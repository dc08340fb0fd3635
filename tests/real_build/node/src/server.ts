import { createServer } from "node:http";
import colors = require("picocolors");

const server = createServer((_request, response) => {
  response.end("Hello from Node!");
});

server.listen(3000, () => {
  console.log(colors.green("listening on port 3000"));
});
