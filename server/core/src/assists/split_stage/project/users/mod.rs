//! Files that build the image or start containers of it: Compose, Bake, and what drives a CI. What they name of a
//! Dockerfile may mean something else after a split.

mod bake;
mod ci;
mod compose;
mod yaml;

use crate::model::paths;

/// How a file uses the image of a Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::assists::split_stage) struct BuildUse {
    /// The file's path.
    pub(in crate::assists::split_stage) file: String,
    /// What in the file uses it, such as "the service `web`".
    pub(in crate::assists::split_stage) who: String,
    /// The stage that is built, where one is named.
    pub(in crate::assists::split_stage) target: Option<String>,
    /// The command that containers get: its words, or its text as the only one.
    pub(in crate::assists::split_stage) command: Option<Vec<String>>,
    pub(in crate::assists::split_stage) mounts: Vec<Mount>,
}

/// Something mounted into a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::assists::split_stage) struct Mount {
    pub(in crate::assists::split_stage) target: String,
    /// Whether it is a folder of the host, which hides what the image has there.
    pub(in crate::assists::split_stage) of_host: bool,
}

/// Whether a file of this name may build images.
pub(in crate::assists::split_stage) fn is_one(name: &str) -> bool {
    is_compose(name) || is_bake(name) || name == GITLAB
}

const GITLAB: &str = ".gitlab-ci.yml";

fn is_compose(name: &str) -> bool {
    let is_yaml = name.ends_with(".yaml") || name.ends_with(".yml");
    is_yaml && ["compose.", "docker-compose."].iter().any(|it| name.starts_with(it))
}

fn is_bake(name: &str) -> bool {
    name.starts_with("docker-bake.") && (name.ends_with(".hcl") || name.ends_with(".json"))
}

/// How a file uses the image of the Dockerfile at `dockerfile`. Both paths count from the same top.
pub(in crate::assists::split_stage) fn uses(path: &str, text: &str, dockerfile: &str) -> Vec<BuildUse> {
    let (at, dockerfile) = (paths::join("/", path), paths::join("/", dockerfile));
    let (folder, name) = (paths::parent(&at), paths::file_name(&at));
    let found = if is_compose(name) {
        compose::uses(text, folder, &dockerfile)
    } else if is_bake(name) {
        bake::uses(text, name.ends_with(".json"), folder, &dockerfile)
    } else {
        ci::uses(text, &dockerfile)
    };
    found.into_iter().map(|it| BuildUse { file: path.to_owned(), ..it }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The uses of `api/Dockerfile`, one line each.
    fn found(path: &str, text: &str) -> Vec<String> {
        let shown = |it: BuildUse| {
            let target = it.target.unwrap_or_default();
            let mounts: Vec<_> = it
                .mounts
                .iter()
                .map(|it| format!("{}{}", it.target, if it.of_host { "!" } else { "" }))
                .collect();
            format!("{}: {target} {} {}", it.who, it.command.unwrap_or_default().join("|"), mounts.join(","))
        };
        uses(path, text, "api/Dockerfile").into_iter().map(shown).collect()
    }

    #[test]
    fn services_of_compose() {
        let text = "services:\n  web:\n    build:\n      context: ./api\n      target: build\n    command: mvn spring-boot:run\n    volumes:\n      - ./api:/app\n      - cache:/root/.m2\n      - /app/target\n      - {type: bind, source: a, target: /b}\n  other:\n    build: .\n  third:\n    build:\n      context: .\n      dockerfile: api/Dockerfile\n    entrypoint: [npm, run, dev]\n";
        let wanted = [
            "the service `web`: build mvn spring-boot:run /app!,/root/.m2,/app/target,/b!",
            "the service `third`:  npm|run|dev ",
        ];
        assert_eq!(found("compose.yaml", text), wanted);
        assert_eq!(found("api/docker-compose.dev.yml", "services: {a: {build: .}}"), ["the service `a`:   "]);
        assert_eq!(found("compose.yaml", "services: {a: {build: $DIR}}"), [""; 0]);
    }

    #[test]
    fn targets_of_bake() {
        let text = "variable \"X\" { default = \"target\" }\ntarget \"app\" {\n  context = \"api\" # here\n  target = \"build\"\n  args = { target = \"no\" }\n}\ntarget \"b\" {\n  context = \"${X}\"\n  target = \"c\"\n}\ntarget \"d\" { inherits = [\"app\"] }\n";
        assert_eq!(found("docker-bake.hcl", text), ["the target `app` of Bake: build  "]);
        let json = "{\"target\": {\"app\": {\"dockerfile\": \"Dockerfile\", \"context\": \"api\", \"target\": \"x\"}}}";
        assert_eq!(found("docker-bake.json", json), ["the target `app` of Bake: x  "]);
    }

    #[test]
    fn jobs_of_a_ci() {
        let text = "jobs:\n  image:\n    steps:\n      - uses: docker/build-push-action@v6\n        with: {context: api, target: build}\n      - run: |\n          docker build --target test -f api/Dockerfile .\n          docker build --target=x web\n      - run: cd api && docker build --target no .\n";
        let wanted = ["the job `image`: build  ", "the job `image`: test  "];
        assert_eq!(found(".github/workflows/ci.yml", text), wanted);
        let gitlab = "build:\n  script:\n    - docker build -t a --target build api\n";
        assert_eq!(found(".gitlab-ci.yml", gitlab), ["the job `build`: build  "]);
    }
}
