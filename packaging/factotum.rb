# A formula for Homebrew. The release workflow fills in what stands between @ signs; the result belongs into a tap.
class Factotum < Formula
  desc "Answers only what is on record, on Discord and at the command line"
  homepage "https://github.com/@REPOSITORY@"
  version "@VERSION@"
  license all_of: ["MIT", "Apache-2.0"]

  on_macos do
    on_arm do
      url "https://github.com/@REPOSITORY@/releases/download/v@VERSION@/factotum-@VERSION@-aarch64-apple-darwin.tar.gz"
      sha256 "@SHA256 aarch64-apple-darwin.tar.gz@"
    end
    on_intel do
      url "https://github.com/@REPOSITORY@/releases/download/v@VERSION@/factotum-@VERSION@-x86_64-apple-darwin.tar.gz"
      sha256 "@SHA256 x86_64-apple-darwin.tar.gz@"
    end
  end
  on_linux do
    on_arm do
      url "https://github.com/@REPOSITORY@/releases/download/v@VERSION@/factotum-@VERSION@-aarch64-unknown-linux-musl.tar.gz"
      sha256 "@SHA256 aarch64-unknown-linux-musl.tar.gz@"
    end
    on_intel do
      url "https://github.com/@REPOSITORY@/releases/download/v@VERSION@/factotum-@VERSION@-x86_64-unknown-linux-musl.tar.gz"
      sha256 "@SHA256 x86_64-unknown-linux-musl.tar.gz@"
    end
  end

  def install
    bin.install "factotum"
    doc.install "bot.toml", "LICENSE"
  end

  service do
    run [opt_bin/"factotum", "run", "--config", etc/"factotum/bot.toml"]
    environment_variables DISCORD_TOKEN_FILE: etc/"factotum/token"
    keep_alive crashed: true
  end

  test do
    assert_match "Source:", shell_output("#{bin}/factotum ask 'which NATO members have not recognised Kosovo?'")
  end
end
