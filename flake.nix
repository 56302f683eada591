# Factotum for Nix: `nix run . -- ask "..."`, or `nix profile install .`. A template that has not been built yet.
{
  description = "Answers only what is on record, on Discord and at the command line";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs = { self, nixpkgs }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];
      forEach = make: nixpkgs.lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});
    in
    {
      packages = forEach (pkgs: {
        default = pkgs.rustPlatform.buildRustPackage {
          pname = "factotum";
          version = (builtins.fromTOML (builtins.readFile ./Cargo.toml)).workspace.package.version;
          src = self;
          cargoLock.lockFile = ./Cargo.lock;
          cargoBuildFlags = [ "--bin" "factotum" ];
          # They take minutes, and some open ports; CI runs them.
          doCheck = false;
          meta = {
            description = "Answers only what is on record, on Discord and at the command line";
            license = with pkgs.lib.licenses; [ mit asl20 ];
            mainProgram = "factotum";
          };
        };
      });

      nixosModules.default = { config, lib, pkgs, ... }:
        let cfg = config.services.factotum; in
        {
          options.services.factotum = {
            enable = lib.mkEnableOption "Factotum, a Discord bot that answers only what is on record";
            package = lib.mkOption { type = lib.types.package; default = self.packages.${pkgs.system}.default; };
            settings = lib.mkOption { type = lib.types.path; description = "The file bot.toml."; };
            tokenFile = lib.mkOption { type = lib.types.str; description = "A file with the bot's token, outside of the Nix store."; };
          };
          config = lib.mkIf cfg.enable {
            # The unit in deploy/systemd, which confines it, with other paths.
            systemd.packages = [
              (pkgs.runCommand "factotum-unit" { } ''
                install -D -m 444 ${./deploy/systemd/factotum.service} $out/lib/systemd/system/factotum.service
                substituteInPlace $out/lib/systemd/system/factotum.service \
                  --replace-fail /usr/local/bin/factotum ${cfg.package}/bin/factotum \
                  --replace-fail /etc/factotum/bot.toml ${cfg.settings} \
                  --replace-fail /etc/factotum/token ${cfg.tokenFile} \
                  --replace-fail "WorkingDirectory=/etc/factotum" "WorkingDirectory=/" \
                  --replace-fail /bin/kill ${pkgs.util-linux}/bin/kill
              '')
            ];
            systemd.services.factotum.wantedBy = [ "multi-user.target" ];
          };
        };
    };
}
