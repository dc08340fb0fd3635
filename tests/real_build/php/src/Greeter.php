<?php

namespace Greeting;

class Greeter
{
    public function greeting(): string
    {
        return 'Hello from PHP!';
    }
}
