package greeting;

import static org.junit.Assert.assertEquals;

import org.junit.Test;

public class MainTest {
    @Test
    public void greets() {
        assertEquals("Hello from Maven!", Main.greeting());
    }
}
