package greeting;

public class Main {
    public static void main(String[] names) {
        System.out.println(Greeting.of(names.length == 0 ? "javac" : names[0]));
    }
}
