#!/bin/sh
# Start PostgreSQL with settings for the memory that this container has. Debian's and the image's defaults are for 1 GB.
# MEMORY_KB overrides what is found; POSTGRES_SETTINGS adds settings, such as "-c max_connections=200".
set -eu

kilobytes() {
  if [ -n "${MEMORY_KB:-}" ]; then echo "$MEMORY_KB"; return; fi
  limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || echo max)
  if [ "$limit" != max ]; then echo $((limit / 1024)); else sed -n 's/^MemTotal: *\([0-9]*\) kB$/\1/p' /proc/meminfo; fi
}
at_most() { if [ "$1" -gt "$2" ]; then echo "$2"; else echo "$1"; fi; }

memory=$(kilobytes)
gib=1048576
# A fourth of the memory for pages that the server keeps itself; the rest is the system's cache, which it counts on.
# The application may hold a hundred connections, and each of them sorts.
exec docker-entrypoint.sh postgres \
  -c "shared_buffers=$(at_most $((memory / 4)) $((8 * gib)))kB" \
  -c "effective_cache_size=$((memory * 6 / 10))kB" \
  -c "maintenance_work_mem=$(at_most $((memory / 16)) $gib)kB" \
  -c "work_mem=$(at_most $((memory / 512 + 4096)) 65536)kB" \
  -c max_connections=100 \
  -c effective_io_concurrency=200 \
  -c max_wal_size=2GB \
  -c checkpoint_timeout=15min \
  -c wal_compression=on \
  ${POSTGRES_SETTINGS:-}
