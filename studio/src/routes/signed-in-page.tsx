import { useEffect } from "react";
import { widgetWords } from "@/i18n/en-widgets";
import { readReturn, SIGN_IN_CHANNEL } from "@/model/sign-in";

/** Where a provider sends the person back: hands the answer to the page that asked and closes. */
export function SignedInPage() {
  useEffect(() => {
    const channel = new BroadcastChannel(SIGN_IN_CHANNEL);
    channel.postMessage(readReturn(location.search));
    channel.close();
    // The code has done its work: it must not stay in the address.
    history.replaceState(null, "", location.pathname);
    window.close();
  }, []);
  return <main className="page"><div className="in"><h1 className="head28" tabIndex={-1}>{widgetWords.oauth.back}</h1><p>{widgetWords.oauth.done}</p></div></main>;
}
