#!/usr/bin/env python3
"""Derives official.txt, the table of Docker's official images, from facts about them.

Usage: derive.py official-images.json official-images-dead-tags.json > official.txt

The first file lists the tags of a day, read from docker-library/official-images, with descriptions from
docker-library/docs; the second one tags that were listed once, each with the day on which it went. The form of the
table is explained at its head.
"""

import json
import re
import sys

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"

# Images that are not maintained any more: what to use, and why.
ENDED = {
    "adoptopenjdk": ("eclipse-temurin", "The project has become Eclipse Temurin."),
    "clearlinux": ("", "Clear Linux ended in July 2025."),
    "clefos": ("", "ClefOS ended with CentOS 7 in June 2024."),
    "emqx": ("emqx/emqx", "New releases are published by EMQX itself."),
    "liquibase": ("liquibase/liquibase", "New releases are published by Liquibase itself."),
    "mongo-express": ("", "It has no maintainer."),
    "notary": ("", "The project was archived in July 2025."),
    "openjdk": ("eclipse-temurin", "Only early access builds are still made."),
    "php-zendserver": ("", "It has not been maintained for years."),
    "plone": ("plone/plone-backend", "Since Plone 6 front end and back end are images of their own."),
    "rockylinux": ("rockylinux/rockylinux", "Updates are published by Rocky Linux itself."),
    "unit": ("", "NGINX Unit was archived in October 2025."),
}

HEAD = """\
# Docker's official images. Tags are facts from docker-library/official-images, descriptions those of
# docker-library/docs (MIT License, Docker, Inc.). Made by derive.py.
#
# `@ day` is the day of the facts, `% architectures` one set of them (numbered from 0), `= name` begins an image:
#   d description   x why it is not maintained any more   r what to use instead
#   a for each of its builds, which set of architectures it has
#   t tags, each with its builds      g tags that are gone, each with the month in which it was last listed
# Of a tag, the first character says how many it has in common with the one before, then comes the rest. Behind `|`
# stand builds, or the months since January 2013; where nothing stands it is that of the tag before. Numbers have base 36.
"""


def base36(number):
    out = ""
    while True:
        out = DIGITS[number % 36] + out
        number //= 36
        if number == 0:
            return out


def front_coded(facts):
    """Tags and facts, in order."""
    words, before, last = [], "", None
    for tag in sorted(facts):
        if not re.fullmatch(r"[\w.-]+", tag):
            raise SystemExit(f"not a tag: {tag}")
        common = 0
        while common < min(len(before), len(tag), 35) and before[common] == tag[common]:
            common += 1
        fact = facts[tag]
        words.append(DIGITS[common] + tag[common:] + ("" if fact == last else "|" + fact))
        before, last = tag, fact
    return " ".join(words)


def month(day):
    return base36((int(day[:4]) - 2013) * 12 + int(day[5:7]) - 1)


def main():
    official = json.load(open(sys.argv[1], encoding="utf-8"))
    gone = json.load(open(sys.argv[2], encoding="utf-8"))
    print(HEAD + "@ " + official["snapshot"]["official_images_date"][:10])
    for archs in official["archs"]:
        print("%", archs)
    for name in sorted({*official["images"], *(name for name in gone if gone[name])}):
        image = official["images"].get(name, {"e": [], "d": ""})
        print("=", name)
        description = re.sub(r"^DEPRECATED[;.] *", "", image["d"]).strip()
        if description:
            print("d", description)
        successor, why = ENDED.get(name, ("", ""))
        if why:
            print("x", why)
        if successor:
            print("r", successor)
        builds = {}
        for index, build in enumerate(image["e"]):
            for tag in [*build["t"], *build.get("s", [])]:
                builds.setdefault(tag, []).append(base36(index))
        if builds:
            print("a", " ".join(base36(build["a"]) for build in image["e"]))
            print("t", front_coded({tag: ",".join(numbers) for tag, numbers in builds.items()}))
        dead = {tag: month(day) for tag, day in gone.get(name, {}).items() if tag not in builds}
        if dead:
            print("g", front_coded(dead))


main()
