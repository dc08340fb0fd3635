package greeting;

final class Greeting {
    private Greeting() {}

    static String of(String name) {
        return "Hello from %s!".formatted(name);
    }
}
