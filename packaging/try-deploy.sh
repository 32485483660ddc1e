#!/bin/sh
# `packaging/try-deploy.sh <folder>`: runs the commands of docs/operations/deploy.md, as they stand there, in an empty Debian 12 in <folder>.
#
# Root alone, with debootstrap and the network of npm and Debian; the ports 80, 443, 2525, 5432 and 8080 of this machine must be free. What is
# committed in this checkout is what is deployed. The folder is left for whoever wants to look, but nothing runs in it afterwards.
#
# `FROM=4 packaging/try-deploy.sh <folder>` goes on with the fourth block in a folder where a run stopped there.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
root=${1:?name a folder}
from=${FROM:-1}

if [ "${2:-}" != inside ]; then
  for port in 80 443 2525 5432 8080; do
    if ss --listening --tcp --numeric --no-header "sport = :$port" | grep --quiet .; then
      echo "Port $port of this machine is taken." >&2
      exit 2
    fi
  done
  [ -d "$root/etc" ] || debootstrap --variant=minbase bookworm "$root" http://deb.debian.org/debian
  # whatever is started in it ends with this
  exec unshare --mount --pid --fork --kill-child "$0" "$root" inside
fi

mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
cp /etc/resolv.conf "$root/etc/resolv.conf"
grep --quiet lottery.example.com "$root/etc/hosts" 2> /dev/null || echo '127.0.0.1 localhost lottery.example.com' >> "$root/etc/hosts"
# packages start nothing by themselves, as they would on a machine with systemd
printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
install -m 755 "$here/packaging/try/systemctl" "$root/usr/local/bin/systemctl"
mkdir -p "$root/src" "$root/try"
rm -rf "$root/src/ddd.git" "$root/try"/*
git clone --quiet --bare "$here" "$root/src/ddd.git"
cp "$here/packaging/try/mail.mjs" "$root/try/"
"$here/node_modules/.bin/node" "$here/packaging/try/blocks.mjs" "$here/docs/operations/deploy.md" "$root/try"

# those that this machine believes, which may stand behind a proxy of its own, and later Caddy's
cp /etc/ssl/certs/ca-certificates.crt "$root/try/authorities.crt"

in_debian() {
  chroot "$root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive CURL_CA_BUNDLE=/try/authorities.crt NODE_EXTRA_CA_CERTS=/try/authorities.crt "$@"
}

# what systemd starts on a machine as soon as it is installed, and the mail server of the trial
start_others() {
  in_debian pg_ctlcluster 15 main start
  in_debian sh -c 'node /try/mail.mjs > /try/mail.log 2>&1 &'
  in_debian systemctl start caddy
}
[ "$from" -eq 1 ] || { rm -f "$root"/run/*.pid; start_others; }

for block in "$root"/try/*.sh; do
  name=$(basename "$block")
  [ "${name%.sh}" -ge "$from" ] || continue
  echo
  echo "--- block $name"
  sed 's/^/    /' "$block"
  in_debian sh -eux "/try/$name"
  case "$name" in
    01.sh) start_others ;;
    04.sh)
      # Caddy makes its authority with its first certificate of it
      (
        while [ ! -f "$root/var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt" ]; do sleep 0.2; done
        cat "$root/var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt" >> "$root/try/authorities.crt"
      ) &
      ;;
    # which release runs
    07.sh) readlink "$root/proc/$(cat "$root/run/ddd.pid")/exe" | grep /opt/ddd/second/ ;;
    08.sh) readlink "$root/proc/$(cat "$root/run/ddd.pid")/exe" | grep /opt/ddd/first/ ;;
  esac
done

echo
echo "--- a player, and the public page, through the proxy"
in_debian curl --silent --show-error --fail https://lottery.example.com/ | grep --quiet '<title>'
in_debian curl --silent --show-error --fail --header 'Content-Type: application/json' \
  --data '{"email":"ann@example.com","username":"ann","password":"violet kettle sings"}' \
  https://lottery.example.com/auth/sign-up > /dev/null
in_debian ddd user show ann@example.com
in_debian curl --silent --output /dev/null --write-out '%{http_code} %{redirect_url}\n' http://lottery.example.com/ | grep '^308 https://lottery'
in_debian ddd audit | tail -n 1
in_debian systemctl stop ddd
tail -n 3 "$root/var/log/ddd.log"
echo "Everything on the page was done."
