// Plotly is 4.8 MB: it is fetched after the page is usable, once, and then comes from the browser's cache.
let loading = null;

export function load(address) {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.async = true;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      loading = null;
      script.remove();
      reject(new Error("plotly could not be loaded"));
    };
    document.head.append(script);
  });
  return loading;
}
