Gem::Specification.new do |gem|
  gem.name = "hello-native"
  gem.version = "1.0"
  gem.summary = "Says hello, in C"
  gem.authors = ["Dockstage"]
  gem.license = "MIT"
  gem.files = Dir["ext/**/*", "lib/**/*"]
  gem.extensions = ["ext/hello/extconf.rb"]
end
