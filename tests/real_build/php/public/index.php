<?php

require __DIR__ . '/../vendor/autoload.php';

echo (new Greeting\Greeter())->greeting();
