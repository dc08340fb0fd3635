require "socket"
require "hello_native"

server = TCPServer.new("0.0.0.0", 9292)
loop do
  client = server.accept
  while (line = client.gets) && line != "\r\n"; end
  answer = HelloNative.greeting
  client.write("HTTP/1.1 200 OK\r\nContent-Length: #{answer.bytesize}\r\nConnection: close\r\n\r\n#{answer}")
  client.close
end
