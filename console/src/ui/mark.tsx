export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path d="M3 23a13 13 0 0 1 26 0h-3.2a9.8 9.8 0 0 0-19.6 0z" fill="currentColor" />
      <circle cx="16" cy="21.5" r="2.6" fill="currentColor" />
    </svg>
  );
}
